/** Where dialogs and menus are put: inside the shell, whose density they share, or the body on pages without one. */
export function portalContainer(): HTMLElement | undefined {
  if (typeof document === 'undefined') return undefined;
  return document.querySelector<HTMLElement>('[data-density]') ?? document.body;
}
