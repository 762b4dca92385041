import { createAccount, createWorkerAccount } from '#lib/identity/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { SignIn } from '../seed.ts';

/** One password for every demo account; the demo is the only place that has it. */
const demoPassword = 'free-the-cats';

const colleagues = [
  { email: 'manager@mcf.example', name: 'Marfa Whiskers', roles: ['manager'] },
  { email: 'billing@mcf.example', name: 'Bela Pennypaw', roles: ['manager', 'billing'] },
  { email: 'tosha@mcf.example', name: 'Tosha Sidewinder', roles: ['manager'] },
  { email: 'staff@mcf.example', name: 'Stepan Shelf', roles: ['staff'] },
] as const;

/** Every demo cat is good at something and bad at something: matching has a choice to make. */
const cats = [
  ['vasya', 'Vasya', { precision: 92, strength: 71, agility: 66, stealth: 40, noise: 80, patience: 35 }],
  ['barsik', 'Barsik', { precision: 58, strength: 73, agility: 64, stealth: 88, noise: 30, patience: 61 }],
  ['ryzhik', 'Ryzhik', { precision: 47, strength: 95, agility: 78, stealth: 55, noise: 84, patience: 42 }],
  ['murka', 'Murka', { precision: 94, strength: 52, agility: 58, stealth: 81, noise: 25, patience: 77 }],
  ['pushok', 'Pushok', { precision: 69, strength: 80, agility: 45, stealth: 62, noise: 51, patience: 90 }],
  ['kuzya', 'Kuzya', { precision: 54, strength: 61, agility: 87, stealth: 33, noise: 96, patience: 48 }],
  ['dymka', 'Dymka', { precision: 76, strength: 44, agility: 70, stealth: 96, noise: 20, patience: 83 }],
  ['tishka', 'Tishka', { precision: 82, strength: 68, agility: 53, stealth: 74, noise: 58, patience: 65 }],
] as const;

/** The demo's accounts. Workers join as if hired, so matching and billing hear of them the usual way. */
export async function seedIdentity(ctx: Ctx): Promise<SignIn[]> {
  for (const { roles, ...colleague } of colleagues)
    await createAccount(ctx, { ...colleague, roles: [...roles], password: demoPassword });
  for (const [nick, name, characteristics] of cats)
    await createWorkerAccount(ctx, {
      applicationId: `seed-${nick}`,
      name,
      email: `${nick}@mcf.example`,
      locale: 'en',
      characteristics,
      password: demoPassword,
    });
  const local = (role: string, who: string, email: string): SignIn => ({
    role,
    who,
    path: '/sign-in',
    email,
    password: demoPassword,
  });
  return [
    { role: 'client', who: 'any HCB tester, by single sign-on', path: '/sign-in/hcb' },
    local('worker', 'Vasya', 'vasya@mcf.example'),
    local('warehouse staff', 'Stepan Shelf', 'staff@mcf.example'),
    local('manager', 'Marfa Whiskers', 'manager@mcf.example'),
    local('manager, billing', 'Bela Pennypaw', 'billing@mcf.example'),
  ];
}
