import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

const candidate = {
  applicationId: eventField.id,
  name: z.string(),
  email: z.string(),
  locale: z.enum(['en', 'ru']),
};

export const applicationSubmitted = defineEvent('hiring/application.submitted', candidate);
/** The cat joins the pool with the characteristics obtained [US-120]: skill -> 0..100. */
export const applicationAccepted = defineEvent('hiring/application.accepted', {
  ...candidate,
  coatColour: z.string(),
  characteristics: z.record(z.string(), z.number().int().min(0).max(100)),
});
export const applicationDeclined = defineEvent('hiring/application.declined', candidate);
