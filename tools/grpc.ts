/**
 * Writes the proto file of the settlement API and the numbers of its fields anew, after a contract has changed. Fields that are
 * new get the next number; no number is ever given twice. A test fails while this was not run.
 */
import { keepGenerated } from '../src/settlement/grpc/generated.ts';

keepGenerated();
