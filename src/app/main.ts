import { up } from './up.ts';

/** `npm start`: the whole platform in this process until it is told to stop. */
await up();
