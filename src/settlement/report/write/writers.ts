import type { Format } from '../kind.ts';
import { writeCsv } from './csv.ts';
import { writePdf } from './pdf.ts';
import type { TableWriter } from './writer.ts';
import { xlsxWriter } from './xlsx.ts';

/** How a report becomes a file, and what kind of file that is. */
export const WRITERS: Readonly<Record<Format, { write: TableWriter; type: string }>> = {
  csv: { write: writeCsv, type: 'text/csv; charset=utf-8; header=present' },
  xlsx: { write: xlsxWriter(), type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  pdf: { write: writePdf, type: 'application/pdf' },
};
