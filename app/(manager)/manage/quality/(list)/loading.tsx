import { PageSkeleton } from '#app/ui/skeleton.tsx';

export default function Loading() {
  return <PageSkeleton rows={12} />;
}
