import { expect, test } from '@playwright/test';
import { expectReadable } from './fixtures.ts';

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false, locale: 'ru-RU' });

  test('a stranger reads what this is in their language, changes it, and finds both ways in', async ({
    page,
  }) => {
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Лежите\./);
    await page.getByRole('link', { name: 'English' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Lie down\./);
    await expect(page.getByRole('link', { name: 'Request help' }).first()).toHaveAttribute('href', '/orders');
    await page.getByRole('link', { name: 'Work with us' }).click();
    await expect(page).toHaveURL(/\/apply$/);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });

  test('a form answers what was wrong, and keeps what was typed', async ({ page }) => {
    await page.goto('/sign-in');
    await page.locator('input[name=email]').fill('nobody@mcf.example');
    await page.locator('input[name=password]').fill('not the password');
    await page.locator('button[type=submit]').click();
    await expect(page.locator('[data-form-message]')).toBeVisible();
    await expect(page.locator('input[name=email]')).toHaveValue('nobody@mcf.example');
    await expect(page.locator('input[name=password]')).toHaveValue('');
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [screen, viewport] of [
    ['a phone', { width: 390, height: 844 }],
    ['a desk', { width: 1440, height: 900 }],
  ] as const) {
    test.describe(`${colorScheme}, on ${screen}`, () => {
      test.use({ colorScheme, viewport });

      test('public pages are readable by everybody and fit', async ({ page }) => {
        for (const path of ['/', '/apply', '/sign-in', '/nothing-is-here']) {
          await page.goto(path);
          await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
          await expectReadable(page);
        }
      });
    });
  }
}

test('the chosen theme is there before the page is', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  // Written down while the document is still being parsed, before anything is painted.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      sessionStorage.setItem('themeAtFirstBody', document.documentElement.dataset.theme ?? '');
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  expect(await page.evaluate(() => sessionStorage.getItem('themeAtFirstBody'))).toBe('dark');
});
