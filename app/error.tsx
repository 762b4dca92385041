'use client';

import { ErrorScreen } from './ui/error-screen.tsx';

export default ErrorScreen;
