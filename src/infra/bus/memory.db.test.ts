import { createTestDatabase } from '../../../test/support/database.ts';
import { silentLog } from '../log/log.ts';
import { createDirect } from '../lease/direct.ts';
import { eventLog } from '../outbox/store.ts';
import { busContract, QUICK, type BusHarness } from './bus.contract.ts';
import { memoryBus } from './memory.ts';
import type { Bus } from './port.ts';
import { busStore } from './store.ts';

busContract('bus in memory', async (): Promise<BusHarness> => {
  const database = await createTestDatabase({ modules: [] });
  const directs = new Map<Bus, Awaited<ReturnType<typeof createDirect>>>();
  return {
    database,
    async open() {
      const direct = await createDirect({ url: database.urls.admin, log: silentLog, tryEveryMs: 20 });
      const bus = await memoryBus({ events: eventLog(database.db), store: busStore(database.db), direct, log: silentLog, retry: QUICK });
      directs.set(bus, direct);
      return bus;
    },
    // Every session ends, and with it the leases.
    crash: async () => {
      await database.admin(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rialto direct' and datname = current_database()`,
      );
    },
    async close() {
      await Promise.all([...directs.values()].map((direct) => direct.close()));
      await database.drop();
    },
  };
});
