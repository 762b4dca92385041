import { createServiceType } from '#lib/catalog/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';

const services = [
  {
    requestKey: 'seed-glass-off-shelf',
    name: { en: 'Knock a glass off a shelf', ru: 'Столкнуть стакан с полки' },
    description: {
      en: 'One glass, one shelf, one long look in the eyes of whoever is in the room. Broken pieces are swept up.',
      ru: 'Один стакан, одна полка, один долгий взгляд в глаза присутствующим. Осколки убираем.',
    },
    durationMinutes: 30,
    skills: ['precision', 'patience'],
    kit: [
      { itemCode: 'tempered-glass', quantity: 2 },
      { itemCode: 'safety-goggles', quantity: 1 },
      { itemCode: 'dustpan', quantity: 1 },
    ],
  },
  {
    requestKey: 'seed-pen-off-desk',
    name: { en: 'Push a pen off a desk', ru: 'Скинуть ручку со стола' },
    description: {
      en: 'Slowly, to the very edge, and over it. Put back on the desk, the pen goes down again, up to ten times.',
      ru: 'Медленно, до самого края и дальше. Ручку вернули на стол? Сбросим ещё, до десяти раз.',
    },
    durationMinutes: 20,
    skills: ['precision', 'agility'],
    kit: [{ itemCode: 'ballpoint-pen', quantity: 10 }],
  },
  {
    requestKey: 'seed-unroll-paper',
    name: { en: 'Unroll the paper', ru: 'Размотать бумагу' },
    description: {
      en: 'A whole roll, from the holder to the far end of the corridor, with a finish in shreds.',
      ru: 'Целый рулон, от держателя до дальнего конца коридора, с финалом в клочья.',
    },
    durationMinutes: 25,
    skills: ['agility', 'strength'],
    kit: [
      { itemCode: 'paper-roll', quantity: 3 },
      { itemCode: 'claw-caps', quantity: 4 },
    ],
  },
  {
    requestKey: 'seed-keyboard',
    name: { en: 'Sit on a keyboard', ru: 'Посидеть на клавиатуре' },
    description: {
      en: 'During a call, until at least one message has been sent to everybody. Warm belly included.',
      ru: 'Во время созвона, пока хотя бы одно письмо не уйдёт всем сразу. Тёплый живот прилагается.',
    },
    durationMinutes: 60,
    skills: ['patience', 'stealth'],
    kit: [
      { itemCode: 'keyboard-cover', quantity: 1 },
      { itemCode: 'lint-roller', quantity: 1 },
    ],
  },
  {
    requestKey: 'seed-gallop',
    name: { en: '3 a.m. gallop', ru: 'Галоп в три часа ночи' },
    description: {
      en: 'Corridor, sofa, curtain and back, at a time when it is really heard. Neighbours are not warned.',
      ru: 'Коридор, диван, штора и обратно, в час, когда это по-настоящему слышно. Соседей не предупреждаем.',
    },
    durationMinutes: 45,
    skills: ['noise', 'agility', 'strength'],
    kit: [
      { itemCode: 'claw-caps', quantity: 4 },
      { itemCode: 'catnip-pouch', quantity: 1 },
    ],
  },
];

/** Five services in the product's spirit. */
export async function seedCatalog(ctx: Ctx): Promise<void> {
  for (const service of services) await createServiceType(ctx, service);
}
