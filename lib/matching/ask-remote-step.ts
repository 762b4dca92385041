import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { signRequest } from '#lib/kernel/sign-request.ts';
import type { AskRemote, RemoteAnswer, SkipReason, StepSpec } from './pipeline.rules.ts';
import { unknownCharacteristic } from './pool.rules.ts';
import {
  allowedAddress,
  contractVersion,
  isPrivateAddress,
  readAllowList,
  valuesOf,
} from './remote.rules.ts';
import { type Scene, typeOf } from './step.rules.ts';

const batchesAtOnce = 4;
const answerLimitBytes = 1_000_000;

class Skip extends Error {
  readonly why: SkipReason;

  constructor(why: SkipReason, message: string) {
    super(message);
    this.why = why;
  }
}

/**
 * Asks a remote step in batches, all within its one deadline. Only hosts of the allow-list are asked; one that resolves to a
 * private address is refused when connecting, and a redirect is not followed. Never throws: whatever goes wrong is the
 * reason why the step is skipped. What went wrong is logged without the address, which is a secret of its owners.
 */
export const askRemoteStep: AskRemote = async (step, scene, slots) => {
  try {
    const hosts = readAllowList(process.env.MATCHING_REMOTE_HOSTS);
    const url = allowedAddress(String(step.params.address ?? ''), hosts);
    if (!url) throw new Skip('not_allowed', 'the host is not on the allow-list');
    const allowPrivate = process.env.MATCHING_REMOTE_PRIVATE === 'allow';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up, so it is judged here.
    if (isIP(host) && !allowPrivate && isPrivateAddress(host))
      throw new Skip('not_allowed', 'a private address');
    return await askInBatches(step, scene, slots, {
      url,
      secret: hosts.get(url.host.toLowerCase())!,
      allowPrivate,
    });
  } catch (error) {
    const why = error instanceof Skip ? error.why : 'failed';
    console.warn(
      `matching: step ${step.key} of order ${scene.order.orderId} skipped, ${why}: ${messageOf(error)}`,
    );
    return { ok: false, why };
  }
};

type Target = { url: URL; secret: string; allowPrivate: boolean };

async function askInBatches(
  step: StepSpec,
  scene: Scene,
  slots: Int32Array,
  target: Target,
): Promise<RemoteAnswer> {
  const size = Number(step.params.batchSize);
  const kind = typeOf(step.type).kind as 'filter' | 'score';
  const values = new Float64Array(slots.length);
  const deadline = AbortSignal.timeout(Number(step.params.deadlineMs));
  const failed = new AbortController();
  const signal = AbortSignal.any([deadline, failed.signal]);
  let nextAt = 0;
  const work = async () => {
    while (nextAt < slots.length) {
      const from = nextAt;
      nextAt += size;
      const batch = slots.subarray(from, from + size);
      const ids = Array.from(batch, (slot) => scene.pool.workerIds[slot]!);
      const body = JSON.stringify({
        contract: contractVersion,
        kind,
        step: step.key,
        order: describeOrder(scene),
        samples: Array.from(batch, (slot) => describeSample(scene, slot)),
      });
      const answer = await post(target, body, `${scene.order.orderId}:${step.key}:${from}`, signal);
      const batchValues = valuesOf(kind, ids, answer);
      if (!batchValues) throw new Skip('wrong', 'the answer is not what the contract says');
      values.set(batchValues, from);
    }
  };
  try {
    await Promise.all(Array.from({ length: batchesAtOnce }, work));
  } catch (error) {
    failed.abort();
    throw deadline.aborted ? new Skip('late', 'no answer within the deadline') : error;
  }
  return { ok: true, values };
}

/** Nothing that names a person: matching's own ids, numbers and times. */
function describeOrder({ order }: Scene) {
  return {
    id: order.orderId,
    serviceTypeId: order.serviceTypeId,
    startsAt: order.startsAt.toISOString(),
    endsAt: order.endsAt.toISOString(),
    skills: order.skills,
  };
}

function describeSample({ pool, around, withClient }: Scene, slot: number) {
  const id = pool.workerIds[slot]!;
  const characteristics: Record<string, number> = {};
  for (const [skill, column] of pool.characteristics)
    if (column[slot] !== unknownCharacteristic) characteristics[skill] = column[slot]!;
  return {
    id,
    characteristics,
    completedCount: pool.completed[slot]!,
    failedCount: pool.failed[slot]!,
    withClient: withClient.get(id) ?? { completed: 0, failed: 0 },
    nearbyCount: around.nearbyCount[slot]!,
    trainedAt: new Date(pool.trainedAt[slot]!).toISOString(),
  };
}

/** Addresses are judged after they were looked up and before connecting, so a name cannot change in between. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const inside = addresses.find(({ address }) => isPrivateAddress(address));
    if (inside || addresses.length === 0)
      return callback(new Skip('not_allowed', 'the host has a private address'), '', 0);
    if (options.all) return callback(null, addresses as never, 0);
    callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

function post(
  { url, secret, allowPrivate }: Target,
  body: string,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<unknown> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        signal,
        ...(!allowPrivate && { lookup: publicOnly }),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'idempotency-key': idempotencyKey,
          'x-mcf-contract': String(contractVersion),
          ...signRequest(secret, body),
        },
      },
      (response) => {
        const status = response.statusCode ?? 0;
        if (status !== 200) {
          response.destroy();
          // A redirect is an answer like any other that is not 200: wrong.
          reject(new Skip(status >= 300 && status < 500 ? 'refused' : 'failed', `status ${status}`));
          return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > answerLimitBytes) response.destroy(new Skip('wrong', 'the answer is too large'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          try {
            resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
          } catch {
            reject(new Skip('wrong', 'the answer is not JSON'));
          }
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const messageOf = (error: unknown) =>
  error instanceof Skip ? error.message : error instanceof Error ? error.name : 'unknown';
