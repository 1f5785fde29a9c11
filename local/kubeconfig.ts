// npm run --silent kubeconfig: the path of the demo cluster's kubeconfig.
import { home } from './home.ts'

process.stdout.write(`${home.kubeconfig}\n`)
