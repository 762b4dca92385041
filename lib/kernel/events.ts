import { z } from 'zod';

/** A past-tense event: its name and the shape of its data. `data` holds JSON only; money travels as a string. */
export type EventDeclaration<Name extends string = string, Schema extends z.ZodObject = z.ZodObject> = {
  name: Name;
  schema: Schema;
};

/** Declares an event, `context/thing.happened`. */
export function defineEvent<Name extends `${string}/${string}.${string}`, Shape extends z.ZodRawShape>(
  name: Name,
  shape: Shape,
): EventDeclaration<Name, z.ZodObject<Shape>> {
  return { name, schema: z.object(shape) };
}

/** Fields used by the events' declarations. */
export const eventField = {
  id: z.string().min(1).max(100),
  instant: z.iso.datetime(),
  cents: z.string().regex(/^-?\d{1,19}$/),
};
