import { submitApplication } from '#lib/hiring/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';

const candidates = [
  {
    name: 'Fluffy Vandersnatch',
    ageYears: 4,
    breed: 'Maine Coon',
    coatColour: 'tabby',
    email: 'fluffy@cats.example',
    about: 'Three years of shelves in a household of three adults. Tall glasses a speciality.',
    locale: 'en',
  },
  {
    name: 'Маркиз',
    ageYears: 6,
    breed: 'Сибирская',
    coatColour: 'grey',
    email: 'marquis@cats.example',
    about: 'Роняю тихо, смотрю громко. Могу работать по ночам.',
    locale: 'ru',
  },
  {
    name: 'Pepper',
    ageYears: 2,
    breed: 'European Shorthair',
    coatColour: 'black',
    email: 'pepper@cats.example',
    about: '',
    locale: 'en',
  },
  {
    name: 'Персик',
    ageYears: 9,
    breed: 'Экзот',
    coatColour: 'cream',
    email: 'persik@cats.example',
    about: 'Сижу на клавиатурах. Быстро не бегаю и не собираюсь.',
    locale: 'ru',
  },
] as const;

/** A few applications that wait for a manager; sent again they are the same ones. */
export async function seedHiring(ctx: Ctx): Promise<void> {
  for (const candidate of candidates)
    await submitApplication(ctx, { ...candidate, requestKey: `seed-${candidate.email}` });
}
