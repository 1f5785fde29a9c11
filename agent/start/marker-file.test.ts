import assert from 'node:assert/strict'
import { watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Marker, NodeSettings } from '../../api/agent.ts'
import { findMarker } from './find-marker.ts'
import { hasCassandraData, readMarker, writeMarker } from './marker-file.ts'
import { createMarkerStore } from './marker-store.ts'

const marker: Marker = { clusterUID: 'cluster', nodeUID: 'node', datacenter: 'dc1', rack: 'r1', version: '5.0.9', state: 'Empty' }

async function volume(t: TestContext): Promise<{ readonly dir: string; readonly markerDir: string; readonly file: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'volume-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const markerDir = join(dir, '.ringkeeper')
  return { dir, markerDir, file: join(markerDir, 'marker.json') }
}

const find = ({ dir, markerDir }: { readonly dir: string; readonly markerDir: string }) =>
  findMarker(markerDir, dir, { ...marker } as unknown as NodeSettings, 1)

test('what was written is read, and nothing else is left in the folder', async (t) => {
  const { markerDir } = await volume(t)
  assert.equal(await readMarker(markerDir), undefined)
  await writeMarker(markerDir, marker)
  await writeMarker(markerDir, { ...marker, state: 'Joined', hostID: 'host' })
  assert.deepEqual(await readMarker(markerDir), { ...marker, state: 'Joined', hostID: 'host' })
  assert.deepEqual(await readdir(markerDir), ['marker.json'])
})

test('the marker is only ever moved in place, so that a half written one never appears', async (t) => {
  const { markerDir } = await volume(t)
  await writeMarker(markerDir, marker)
  const events: string[] = []
  const watcher = watch(markerDir, (type, name) => {
    if (name === 'marker.json') events.push(type)
  })
  await writeMarker(markerDir, { ...marker, state: 'Joining' })
  await new Promise((resolve) => {
    watcher.on('change', (_, name) => name === 'marker.json' && resolve(undefined))
    if (events.length > 0) resolve(undefined)
  })
  watcher.close()
  assert.deepEqual([...new Set(events)], ['rename'])
})

test('a writer that died in the middle leaves the marker as it was', async (t) => {
  const { markerDir, file } = await volume(t)
  await writeMarker(markerDir, marker)
  await writeFile(`${file}.tmp`, '{"clusterUID":"clu')
  assert.deepEqual(await readMarker(markerDir), marker)
  await writeMarker(markerDir, { ...marker, state: 'Joined' })
  assert.equal((await readMarker(markerDir))?.state, 'Joined')
})

for (const [name, text] of [
  ['cut off', '{"clusterUID":"clu'],
  ['empty', ''],
  ['zeroed', '\0\0\0\0'],
  ['of another shape', '{}'],
  ['null', 'null'],
  ['of a state that this agent does not know', JSON.stringify({ ...marker, state: 'Hibernating' })],
] as const) {
  test(`a marker that is ${name} is unreadable, not absent, and stays as it is`, async (t) => {
    const place = await volume(t)
    await mkdir(place.markerDir)
    await writeFile(place.file, text)
    await assert.rejects(readMarker(place.markerDir))
    const found = await find(place)
    assert.equal(!found.known && found.reason, 'VolumeUnreadable')
    assert.equal(await readFile(place.file, 'utf8'), text)
  })
}

test('a marker that is a folder, as after a wrong mount, is unreadable too', async (t) => {
  const place = await volume(t)
  await mkdir(place.file, { recursive: true })
  const found = await find(place)
  assert.equal(!found.known && found.reason, 'VolumeUnreadable')
})

test('a fresh volume gets a marker, also when the file system has put its own folder there', async (t) => {
  const place = await volume(t)
  await mkdir(join(place.dir, 'lost+found'))
  await mkdir(join(place.dir, 'commitlog'))
  const found = await find(place)
  assert.deepEqual(found.known && found.value, marker)
  assert.deepEqual(await readMarker(place.markerDir), marker)
})

for (const path of ['data/system', 'commitlog/CommitLog-7-1.log', 'hints/a.hints']) {
  test(`a volume with ${path} and no marker belongs to something else`, async (t) => {
    const place = await volume(t)
    await mkdir(join(place.dir, path), { recursive: true })
    assert.ok(await hasCassandraData(place.dir))
    const found = await find(place)
    assert.equal(!found.known && found.reason, 'VolumeRetired')
    assert.equal(await readMarker(place.markerDir), undefined)
  })
}

test('changes are made one after another, each to what the one before has left', async (t) => {
  const { markerDir } = await volume(t)
  const store = createMarkerStore(markerDir, marker)
  const grant = { id: 'g', kind: 'Join', podUID: 'pod', nodeUID: 'node' } as const
  const refusal = store.change(() => {
    throw new Error('no')
  })
  const changes = [store.change((now) => ({ ...now, state: 'Granted', grant })), store.change((now) => ({ ...now, state: 'Joining' }))]
  await assert.rejects(refusal, { message: 'no' })
  await Promise.all(changes)
  assert.deepEqual(store.current(), { ...marker, state: 'Joining', grant })
  assert.deepEqual(await readMarker(markerDir), store.current())
})

test('a change that cannot be written has not happened', async (t) => {
  const { dir, markerDir } = await volume(t)
  const store = createMarkerStore(markerDir, marker)
  await writeFile(markerDir, 'a file where the folder should be')
  await assert.rejects(store.change((now) => ({ ...now, state: 'Joining' })))
  assert.equal(store.current().state, 'Empty')
  assert.deepEqual(await readdir(dir), ['.ringkeeper'])
})
