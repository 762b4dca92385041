/** Inside this portal's shell, which has a `main` of its own. */
export { NotFoundWords as default } from '#app/ui/not-found-words.tsx';
