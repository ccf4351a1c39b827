import { useMutation } from '@tanstack/react-query';
import { getWindowFile, getWindowPart } from '../../../src/settlement/window/contract.ts';
import { useLogin } from '../api/queries.ts';
import { fetchFile } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { toast } from '../ui/toast.tsx';
import { download } from './download.ts';

/** Fetches the published file of a window: the whole one for the operator, for a bank its part with proofs. */
export function WindowFile({ id, number }: { id: string; number: number }) {
  const { memberId } = useLogin().user;
  const isBank = memberId !== undefined;
  const fetching = useMutation({
    mutationFn: () => (isBank ? fetchFile(getWindowPart, { id }) : fetchFile(getWindowFile, { id })),
    onSuccess: (file) => download(`window-${number}${isBank ? '-part' : ''}.jsonl`, file, 'application/x-ndjson'),
    onError: (error) => toast(error.message),
  });
  return (
    <Button
      icon="download"
      busy={fetching.isPending}
      onClick={() => fetching.mutate()}
      title="Check it with: rialto settlement verify FILE"
    >
      {isBank ? 'Your part' : 'Published file'}
    </Button>
  );
}
