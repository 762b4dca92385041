/** "MCF-000042": how an invoice's number is written, everywhere. */
export const invoiceNumber = (number: number): string => `MCF-${String(number).padStart(6, '0')}`;
