'use client';

export { ErrorScreen as default } from '#app/ui/error-screen.tsx';
