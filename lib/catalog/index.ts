export { createServiceType } from './create-service-type.ts';
export * from './events.ts';
export type { Bilingual, Skill } from './inputs.ts';
export { skills } from './inputs.ts';
export { publishServiceVersion } from './publish-service-version.ts';
export { allServices, currentService, publishedServices, type Service, serviceVersion } from './reads.ts';
export { retireServiceType } from './retire-service-type.ts';
