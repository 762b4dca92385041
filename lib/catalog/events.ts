import { z } from 'zod';
import { defineEvent, eventField } from '#lib/kernel/events.ts';

const service = { serviceTypeId: eventField.id };

/** A service type got words, a duration and a kit in force from now on; the first version opens it to clients. */
export const serviceVersionPublished = defineEvent('catalog/service-version.published', {
  ...service,
  serviceVersionId: eventField.id,
  version: z.number().int(),
});
export const serviceTypeRetired = defineEvent('catalog/service-type.retired', service);
