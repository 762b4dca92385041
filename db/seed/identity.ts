import { createAccount, createWorkerAccount } from '#lib/identity/index.ts';
import type { Ctx } from '#lib/kernel/ctx.ts';
import type { SignIn } from '../seed.ts';

/** One password for every demo account; the demo is the only place that has it. */
export const demoPassword = 'free-the-cats';

const colleagues = [
  { email: 'manager@mcf.example', name: 'Marfa Whiskers', roles: ['manager'] },
  { email: 'billing@mcf.example', name: 'Bela Pennypaw', roles: ['manager', 'billing'] },
  { email: 'tosha@mcf.example', name: 'Tosha Sidewinder', roles: ['manager'] },
  { email: 'staff@mcf.example', name: 'Stepan Shelf', roles: ['staff'] },
] as const;

/** Every demo cat is good at something and bad at something: matching has a choice to make. */
const cats = [
  ['vasya', 'Vasya', { glass_tipping: 92, stealth: 40, precision: 71, stamina: 66 }],
  ['barsik', 'Barsik', { glass_tipping: 64, stealth: 88, precision: 58, stamina: 73 }],
  ['ryzhik', 'Ryzhik', { glass_tipping: 78, stealth: 55, precision: 47, stamina: 95 }],
  ['murka', 'Murka', { glass_tipping: 58, stealth: 81, precision: 94, stamina: 52 }],
  ['pushok', 'Pushok', { glass_tipping: 45, stealth: 62, precision: 69, stamina: 80 }],
  ['kuzya', 'Kuzya', { glass_tipping: 87, stealth: 33, precision: 54, stamina: 61 }],
  ['dymka', 'Dymka', { glass_tipping: 70, stealth: 96, precision: 76, stamina: 44 }],
  ['tishka', 'Tishka', { glass_tipping: 53, stealth: 74, precision: 82, stamina: 68 }],
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
