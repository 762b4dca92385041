import { readForm } from '#app/api/read-body.ts';
import { runRoute } from '#app/api/run-route.ts';
import { submitApplication } from '#lib/hiring/index.ts';
import { photoLimitBytes } from '#lib/kernel/photo.ts';

const fieldsLimitBytes = 100_000;

/**
 * Takes an application from the public page, with its photo: a form of our own site, from anybody. Answers the form's
 * state as JSON, in the language of the page.
 */
export async function POST(request: Request): Promise<Response> {
  return runRoute(request, async (ctx) => {
    const form = await readForm(request, photoLimitBytes + fieldsLimitBytes, 'photo.too_large');
    // A field no person sees: whoever fills it in is told the same as everybody, and nothing is kept.
    if (form.get('website')) return { ok: true };
    const photo = form.get('photo');
    const text = (name: string) => String(form.get(name) ?? '');
    await submitApplication(ctx, {
      requestKey: text('requestKey'),
      name: text('name'),
      ageYears: text('ageYears') || undefined,
      breed: text('breed'),
      coatColour: text('coatColour') as never,
      email: text('email'),
      about: text('about'),
      locale: text('locale') as never,
      photo: photo instanceof File && photo.size > 0 ? new Uint8Array(await photo.arrayBuffer()) : undefined,
    });
    return { ok: true };
  });
}
