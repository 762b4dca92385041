/** Puts the chosen theme on <html> before anything is painted. Kept constant so that a CSP can allow its hash. */
export const themeScript =
  '(function(){var m=document.cookie.match(/(?:^|; )theme=(light|dark)/);if(m)document.documentElement.dataset.theme=m[1]})()';
