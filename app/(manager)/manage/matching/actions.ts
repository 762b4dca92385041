'use server';

import { getTranslations } from 'next-intl/server';
import { runAction } from '#app/action.ts';
import { instantOf } from '#app/order-parts/wall-clock.ts';
import type { FormState } from '#app/ui/form-state.ts';
import { readSetting } from '#lib/kernel/settings.ts';
import {
  discardDraft,
  publishPipeline,
  requestReplay,
  restorePipeline,
  saveDraft,
  stopReplay,
} from '#lib/matching/index.ts';

const text = (form: FormData, name: string) => form.get(name)?.toString() ?? '';

export async function save(_state: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    let spec: unknown;
    try {
      spec = JSON.parse(text(form, 'spec'));
    } catch {
      // The verb refuses what is no pipeline.
    }
    await saveDraft(ctx, {
      spec,
      revision: Number(form.get('revision')),
      basedOnVersion: Number(form.get('basedOnVersion')),
    });
    return { message: (await getTranslations('matching.manage'))('saved') };
  });
}

export async function discard(_state: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx) => {
    await discardDraft(ctx);
    return { message: (await getTranslations('matching.manage'))('discarded') };
  });
}

export async function publish(_state: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const { version } = await publishPipeline(ctx, {
      revision: Number(form.get('revision')),
      note: text(form, 'note'),
    });
    return { message: (await getTranslations('matching.manage'))('published', { version }) };
  });
}

export async function restore(_state: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const { version } = await restorePipeline(ctx, { version: Number(form.get('version')) });
    return { message: (await getTranslations('matching.manage'))('restored', { version }) };
  });
}

export async function startReplay(_state: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    const zone = await readSetting(ctx, 'time_zone');
    const { replayId } = await requestReplay(ctx, {
      requestKey: text(form, 'requestKey'),
      from: instantOf(form.get('from'), zone),
      to: instantOf(form.get('to'), zone),
    });
    return { redirectTo: `/manage/matching/replays/${replayId}` };
  });
}

export async function stop(_state: FormState, data: FormData): Promise<FormState> {
  return runAction(data, async (ctx, form) => {
    await stopReplay(ctx, { replayId: text(form, 'replayId') });
    return { message: (await getTranslations('matching.replay'))('stopped') };
  });
}
