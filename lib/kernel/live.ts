import type postgres from 'postgres';
import { notifyChannel } from './transaction.ts';

type Listener = (topics: string[]) => void;
type Hub = { listeners: Set<Listener>; onOutbox: Set<() => void>; started?: Promise<unknown> };

// Next bundles the instrumentation and the routes apart: the hub lives on globalThis so that they share it.
const shared = globalThis as { mcfLiveHub?: Hub };
function hub(): Hub {
  shared.mcfLiveHub ??= { listeners: new Set(), onOutbox: new Set() };
  return shared.mcfLiveHub;
}

/** Opens this process's one LISTEN connection; further calls do nothing. After a reconnect everybody looks again. */
export function startListening(sql: postgres.Sql): Promise<unknown> {
  const { listeners, onOutbox } = hub();
  const tell = (topics: string[]) => {
    for (const listener of listeners) listener(topics);
  };
  hub().started ??= sql.listen(
    notifyChannel,
    (payload) => {
      const { topics, outbox } = JSON.parse(payload) as { topics: string[]; outbox: boolean };
      if (outbox) for (const wake of onOutbox) wake();
      if (topics.length) tell(topics);
    },
    () => {
      tell(['*']);
      for (const wake of onOutbox) wake();
    },
  );
  return hub().started!;
}

/** Calls `listener` with the topics of each commit that touched one of `topics` (or of a reconnect: `*`). */
export function onTopics(topics: ReadonlySet<string>, listener: () => void): () => void {
  const filter: Listener = (told) => {
    if (told.some((topic) => topic === '*' || topics.has(topic))) listener();
  };
  hub().listeners.add(filter);
  return () => hub().listeners.delete(filter);
}

/** Calls `wake` after each commit that wrote events. */
export function onOutboxWritten(wake: () => void): () => void {
  hub().onOutbox.add(wake);
  return () => hub().onOutbox.delete(wake);
}
