import { getWindowFile, getWindowPart } from '../../../src/settlement/window/contract.ts';
import { fetchFile } from '../api/session.ts';
import { PublishedFile } from './published-file.tsx';

/** Fetches the published file of a window. */
export function WindowFile({ id, number }: { id: string; number: number }) {
  return (
    <PublishedFile
      name={`window-${number}`}
      command="rialto settlement verify"
      fetch={(isBank) => (isBank ? fetchFile(getWindowPart, { id }) : fetchFile(getWindowFile, { id }))}
    />
  );
}
