import { type Browser, expect, type Page, test } from '@playwright/test';
import postgres from 'postgres';
import { demoPassword, expectReadable, inMinutes, sizes, testersBrowser } from './fixtures.ts';
import { fillRequest } from './steps.ts';

async function strangersBrowser(browser: Browser, locale: string): Promise<Page> {
  const context = await browser.newContext({
    ...sizes.desktop,
    baseURL: process.env.E2E_APP_URL,
    locale,
    reducedMotion: 'reduce',
  });
  return context.newPage();
}

/** Signs in without knowing in which language the form comes. */
async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in');
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(demoPassword);
  await page.locator('button[type=submit]').click();
  await expect(page).not.toHaveURL(/sign-in/);
}

const spoken = (page: Page) => page.locator('html').getAttribute('lang');

test('the language is the browser’s until somebody chooses one, and then theirs everywhere', async ({
  browser,
}) => {
  const email = 'kuzya@mcf.example';
  const sql = postgres(process.env.E2E_ADMIN_URL!, { max: 1, onnotice: () => {} });
  // As it was made: the journeys before may have run on this instance.
  await sql`update identity.accounts set locale = 'en', locale_chosen = false where email = ${email}`;
  await sql.end();
  await test.step('nobody chose: a demo account does not force English', async () => {
    const page = await strangersBrowser(browser, 'ru-RU');
    await signIn(page, email);
    expect(await spoken(page)).toBe('ru');
    await page.context().close();
  });

  await test.step('chosen before signing in: it wins, and is kept with the account', async () => {
    const page = await strangersBrowser(browser, 'en-US');
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Русский' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/[а-я]/i);
    await signIn(page, email);
    expect(await spoken(page)).toBe('ru');
    await page.context().close();
  });

  await test.step('another browser of the same person, which nobody told anything, follows', async () => {
    const page = await strangersBrowser(browser, 'en-US');
    await page.goto('/sign-in');
    expect(await spoken(page)).toBe('en');
    await signIn(page, email);
    await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
    await page.goto('/account');
    await expect(page.getByRole('radio', { name: 'Русский' })).toBeChecked();
    await page.getByRole('radio', { name: 'English' }).check();
    await page.getByRole('button', { name: 'Сохранить' }).first().click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account');
    await page.context().close();
  });

  await test.step('by single sign-on it is the same', async () => {
    const { context, page } = await testersBrowser(browser, 'felix');
    await context.addCookies([{ name: 'locale', value: 'ru', url: process.env.E2E_APP_URL! }]);
    await page.goto('/orders');
    expect(await spoken(page)).toBe('ru');
    await context.clearCookies({ name: 'locale' });
    await page.reload();
    expect(await spoken(page)).toBe('ru');
    await context.close();
  });
});

test('a request half written survives another language, a reload and the way back, until it is placed', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'felix');
  const place = `Draft shelf ${Date.now() % 100_000}`;
  await client.goto('/locale/en');
  await fillRequest(client, { place });
  const what = client.locator('textarea[name=what]');
  const written = await what.inputValue();
  const when = await client.locator('input[name=startsAt]').inputValue();
  const isThere = async () => {
    await expect(what).toHaveValue(written);
    await expect(client.locator('input[name=place]')).toHaveValue(place);
    await expect(client.locator('input[name=startsAt]')).toHaveValue(when);
    await expect(client.locator('input[name=serviceTypeId]:checked')).toHaveCount(1);
  };

  await client.reload();
  await isThere();
  // What stands beside the cost goes with the restored choice.
  await expect(client.getByText(/pen off.*about/i).last()).toBeVisible();
  await expectReadable(client);

  await client.goto('/locale/ru');
  await client.goto('/orders/new');
  await isThere();
  await expect(client.getByText('Введённое раньше восстановлено.')).toBeVisible();
  await expectReadable(client);
  await client.goto('/locale/en');

  await client.goto('/orders');
  await client.getByRole('link', { name: 'Request help' }).first().click();
  await isThere();
  await client.goBack();
  await client.goForward();
  await isThere();

  await test.step('cleared, the form is as it began; a refusal keeps what is typed', async () => {
    await client.getByRole('button', { name: 'Clear' }).click();
    await expect(what).toHaveValue('');
    await expect(client.getByRole('radio', { checked: true })).toHaveCount(0);
    await client.reload();
    await expect(what).toHaveValue('');
    await fillRequest(client, { place, minutes: -60 });
    await client.getByRole('button', { name: 'Request help' }).click();
    await expect(client.locator('input[name=startsAt]')).toHaveAttribute('aria-invalid', 'true');
    await client.reload();
    await expect(what).toHaveValue(written);
  });

  await test.step('placed, it is gone', async () => {
    await client.locator('input[name=startsAt]').fill(inMinutes(25));
    await client.getByRole('button', { name: 'Request help' }).click();
    await expect(client).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
    await client.goto('/orders/new');
    await expect(client.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(what).toHaveValue('');
    await expect(client.getByText('What you typed before is back.')).toHaveCount(0);
  });
});

test('an application half written survives another language, and is gone once it is sent [US-090]', async ({
  browser,
}) => {
  const page = await strangersBrowser(browser, 'en-US');
  await page.goto('/apply');
  await page.getByLabel('Name').fill('Draft Cat');
  await page.getByLabel('Coat colour').selectOption('Ginger');
  await page.getByLabel('Age in years').fill('4');
  await page.getByLabel('Breed').fill('Mixed');
  await page.getByRole('link', { name: 'Русский' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await expect(page.locator('input[name=name]')).toHaveValue('Draft Cat');
  await expect(page.locator('select[name=coatColour]')).toHaveValue('ginger');
  await expect(page.getByText('фото выберите ещё раз')).toBeVisible();
  await expectReadable(page);
  await page.locator('input[name=email]').fill(`draft-${Date.now()}@cats.example`);
  await page.locator('button[type=submit]').click();
  await expect(page.locator('form')).toHaveCount(0);
  await page.reload();
  await expect(page.locator('input[name=name]')).toHaveValue('');
});

test('a service half edited by a manager survives a reload, its kit and ticks too', async ({ browser }) => {
  const page = await strangersBrowser(browser, 'en-US');
  await signIn(page, 'manager@mcf.example');
  await page.goto('/manage/services/new');
  await page.locator('input[name="name.en"]').fill('Half a service');
  await page.getByRole('checkbox').nth(1).check();
  await page.getByRole('button', { name: 'One more' }).click();
  const minutes = page.getByRole('textbox', { name: 'Planned duration' });
  const rows = page.locator('select[name="kit.itemCode"]');
  await page.getByRole('button', { name: 'Add an item' }).click();
  await rows.first().selectOption({ index: 2 });
  const chosen = await rows.first().inputValue();
  await page.reload();
  await expect(page.locator('input[name="name.en"]')).toHaveValue('Half a service');
  await expect(page.getByRole('checkbox').nth(1)).toBeChecked();
  await expect(rows).toHaveCount(1);
  await expect(rows.first()).toHaveValue(chosen);
  await expect(minutes).toHaveValue('35');
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(rows).toHaveCount(0);
  await expect(minutes).toHaveValue('30');
});

test('a long text says how long it is, near its limit and not before, and nothing is cut', async ({
  browser,
}) => {
  const { page: client } = await testersBrowser(browser, 'felix');
  await client.goto('/locale/en');
  await client.goto('/orders/new');
  const what = client.locator('textarea[name=what]');
  await what.fill('x'.repeat(1599));
  const counted = client.getByText(/^[\d,]+ of 2,000 characters|over the limit/);
  await expect(counted).toHaveCount(0);
  await what.press('End');
  await what.pressSequentially('y');
  await expect(counted).toHaveText('1,600 of 2,000 characters');
  await what.fill('x'.repeat(2012));
  await expect(counted).toHaveText('12 characters over the limit of 2,000');
  await expect(what).toHaveValue('x'.repeat(2012));
  await client.locator('input[name=place]').fill('p'.repeat(290));
  await expect(client.getByText('290 of 300 characters')).toBeVisible();
  await expectReadable(client);
  await client.goto('/locale/ru');
  await client.goto('/orders/new');
  await expect(client.getByText('12 знаков сверх предела в 2 000')).toBeVisible();
  await expectReadable(client);
  await client.getByRole('button', { name: 'Очистить' }).click();
  await expect(client.getByText('сверх предела')).toHaveCount(0);
  await client.goto('/locale/en');
});
