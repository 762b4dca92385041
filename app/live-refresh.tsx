'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useSyncExternalStore, useTransition } from 'react';
import { isRefreshHeld } from './ui/hold-refresh.ts';
import { LiveIndicator } from './ui/shell/live-indicator.tsx';

type State = 'live' | 'connecting' | 'offline';

// One's own click says "refresh" too: its answer comes first, and a page must not wait for both.
const gatherMs = 60;
const quietMs = 3000;
const offlineMs = 15_000;
const hiddenMs = 60_000;
const longestRetryMs = 30_000;
const slowestRefreshMs = 10_000;

// One stream for the whole tab, however many indicators a shell shows.
let source: EventSource | undefined;
let state: State = 'live';
let lostAt: number | undefined;
let retryMs = 1000;
let timers: Record<'retry' | 'refresh' | 'state' | 'hidden', ReturnType<typeof setTimeout> | undefined> = {
  retry: undefined,
  refresh: undefined,
  state: undefined,
  hidden: undefined,
};
const watchers = new Set<() => void>();
const refreshers = new Set<() => void>();

function setState(next: State) {
  if (state === next) return;
  state = next;
  for (const watcher of watchers) watcher();
}

// One refresh at a time: what happens during one is shown by the next, so that a busy day cannot pile them up.
let refreshing: 'no' | 'soon' | 'now' = 'no';
let again = false;

function refresh() {
  if (refreshing === 'now') again = true;
  if (refreshing !== 'no') return;
  refreshing = 'soon';
  const askedAt = Date.now();
  timers.refresh = setTimeout(function begin() {
    if (isRefreshHeld() && Date.now() - askedAt < slowestRefreshMs) {
      timers.refresh = setTimeout(begin, gatherMs);
      return;
    }
    refreshing = 'now';
    timers.refresh = setTimeout(refreshed, slowestRefreshMs);
    // Any one of them refreshes the whole page.
    for (const refreshPage of refreshers) return refreshPage();
  }, gatherMs);
}

function refreshed() {
  if (refreshing !== 'now') return;
  clearTimeout(timers.refresh);
  refreshing = 'no';
  if (!again) return;
  again = false;
  refresh();
}

// A blip stays unseen; after three seconds it says "connecting", after fifteen that the screen is not up to date.
function showLoss() {
  lostAt ??= Date.now();
  const elapsed = Date.now() - lostAt;
  setState(elapsed >= offlineMs ? 'offline' : elapsed >= quietMs ? 'connecting' : state);
  clearTimeout(timers.state);
  if (elapsed < offlineMs)
    timers.state = setTimeout(
      () => lostAt != null && showLoss(),
      elapsed < quietMs ? quietMs - elapsed : offlineMs - elapsed,
    );
}

function connect() {
  if (source || refreshers.size === 0) return;
  const opened = new EventSource('/api/live');
  source = opened;
  opened.addEventListener('hello', () => {
    lostAt = undefined;
    retryMs = 1000;
    clearTimeout(timers.state);
    setState('live');
    // Something may have changed between the rendering of the page, or the loss, and now.
    refresh();
  });
  opened.addEventListener('refresh', refresh);
  opened.addEventListener('ended', () => {
    disconnect();
    refresh();
  });
  opened.addEventListener('error', () => {
    showLoss();
    // Closed means that the server said no: the browser will not try again by itself.
    if (opened.readyState !== EventSource.CLOSED) return;
    source = undefined;
    clearTimeout(timers.retry);
    timers.retry = setTimeout(connect, retryMs);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  });
}

function disconnect() {
  clearTimeout(timers.retry);
  clearTimeout(timers.state);
  source?.close();
  source = undefined;
  lostAt = undefined;
}

// A browser allows six connections to one place over HTTP/1.1: tabs that nobody looks at give theirs back.
function onVisibility() {
  clearTimeout(timers.hidden);
  if (document.hidden) timers.hidden = setTimeout(disconnect, hiddenMs);
  else connect();
}

function join(refreshPage: () => void) {
  if (refreshers.size === 0) {
    document.addEventListener('visibilitychange', onVisibility);
    window.addEventListener('online', connect);
  }
  refreshers.add(refreshPage);
  connect();
  return () => {
    refreshers.delete(refreshPage);
    if (refreshers.size > 0) return;
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('online', connect);
    disconnect();
    refreshing = 'no';
    again = false;
    for (const timer of Object.values(timers)) clearTimeout(timer);
    timers = { retry: undefined, refresh: undefined, state: undefined, hidden: undefined };
  };
}

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
};

/** Keeps the open page up to date: re-renders it when the server says that something changed. Silent unless the line is lost. */
export function LiveRefresh() {
  const router = useRouter();
  const shown = useSyncExternalStore(
    watch,
    () => state,
    () => 'live' as const,
  );
  const [pending, startTransition] = useTransition();
  useEffect(() => join(() => startTransition(() => router.refresh())), [router]);
  useEffect(() => {
    if (!pending) refreshed();
  }, [pending]);
  return shown === 'live' ? null : <LiveIndicator state={shown} />;
}
