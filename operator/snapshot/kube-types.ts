// The parts of Kubernetes' own objects that the operator reads.
import type { KubeObject } from '../../api/objects.ts'

type ContainerStatus = {
  readonly name: string
  readonly restartCount: number
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly terminated?: { readonly exitCode: number; readonly reason?: string }
  }
}

export type Pod = KubeObject & {
  readonly spec: { readonly nodeName?: string }
  readonly status?: {
    readonly phase?: string
    readonly podIP?: string
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
    readonly containerStatuses?: readonly ContainerStatus[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
  }
}

export type Claim = KubeObject & {
  readonly spec: { readonly resources?: { readonly requests?: { readonly storage?: string } }; readonly storageClassName?: string }
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage?: string } }
}

export type Secret = KubeObject & { readonly data?: Readonly<Record<string, string>> }

export type KubeNode = KubeObject & {
  readonly spec?: { readonly unschedulable?: boolean }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
}
