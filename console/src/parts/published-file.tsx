import { useMutation } from '@tanstack/react-query';
import { useLogin } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import { toast } from '../ui/toast.tsx';
import { download } from './download.ts';

/** What a published file is called: a bank's part of it by another name. */
export const publishedName = (name: string, isBank: boolean): string => `${name}${isBank ? '-part' : ''}.jsonl`;

/**
 * Fetches a file that was published, such as `window-7`: the whole one for the operator, for a bank its part with proofs. `command` is
 * what checks it, without the file's name.
 */
export function PublishedFile({ name, command, fetch }: { name: string; command: string; fetch: (isBank: boolean) => Promise<Blob> }) {
  const isBank = useLogin().user.memberId !== undefined;
  const fetching = useMutation({
    mutationFn: () => fetch(isBank),
    onSuccess: (file) => download(publishedName(name, isBank), file, 'application/x-ndjson'),
    onError: (error) => toast(error.message),
  });
  return (
    <Button icon="download" busy={fetching.isPending} onClick={() => fetching.mutate()} title={`Check it with: ${command} FILE`}>
      {isBank ? 'Your part' : 'Published file'}
    </Button>
  );
}
