import { z } from 'zod';

export const email = z.string().trim().toLowerCase().max(200).pipe(z.email('identity.email'));

export const localeInput = z.enum(['en', 'ru']);

/** Long enough to be worth guessing at; the upper bound keeps hashing cheap to refuse. */
export const newPassword = z.string().min(10, 'identity.password_short').max(200, 'identity.password_long');

export const signInInput = z.object({
  email: z.string().trim().toLowerCase().min(1).max(200),
  password: z.string().min(1).max(200),
});
