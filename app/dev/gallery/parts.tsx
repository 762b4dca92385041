'use client';

import { MoreHorizontal, Package } from 'lucide-react';
import { Button } from '#app/ui/button.tsx';
import { ConfirmButton } from '#app/ui/confirm-button.tsx';
import { Dialog } from '#app/ui/dialog.tsx';
import { Menu } from '#app/ui/menu.tsx';
import { toast, toastUndo } from '#app/ui/toast.tsx';

/** The parts of the gallery that need functions as props. */
export function GalleryActions() {
  return (
    <div className="flex flex-wrap gap-2">
      <Dialog
        trigger={<Button>Open a dialog</Button>}
        title="Move the visit"
        description="The worker is told at once."
      >
        <p>Something to decide.</p>
      </Dialog>
      <ConfirmButton
        action={async (_, data) =>
          data.get('reason')
            ? { ok: true, message: 'Cancelled' }
            : { errors: { reason: 'Say why, in a few words.' } }
        }
        title="Cancel this request?"
        description="It cannot be taken back, and it is still paid for in full."
        confirm="Cancel the request"
        reason={{ label: 'Why' }}
      >
        Cancel the request
      </ConfirmButton>
      <Menu
        trigger={
          <Button variant="quiet" aria-label="More">
            <MoreHorizontal aria-hidden="true" />
          </Button>
        }
        items={[
          { heading: 'Order 1042' },
          { label: 'Show history', icon: <Package aria-hidden="true" />, href: '/dev/gallery' },
          'separator',
          { label: 'Write off', onSelect: () => toast('Written off'), danger: true },
        ]}
      />
      <Button onClick={() => toastUndo('Removed from the cart', 'Undo', () => toast.success('It is back'))}>
        Toast with undo
      </Button>
      <Button onClick={() => toast.error('The stock could not be saved. Try again.')}>Toast error</Button>
    </div>
  );
}
