// A PostgreSQL server of one's own: an empty database on a free loopback port,
// trusted by everybody there, and ended by its own control file.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './ports.js';

const run = promisify(execFile);

/** Where the server's programs are: outside PATH on Debian. */
function programs() {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a)) : [];
  const dir = [...versions.map((v) => `/usr/lib/postgresql/${v}/bin`), '/usr/local/pgsql/bin'].find((d) => existsSync(path.join(d, 'initdb')));
  if (!dir) throw new Error('Please install PostgreSQL: its programs initdb and pg_ctl are not here.');
  return dir;
}

/** A running server. */
export class Postgres {
  /** @param {string} dir @param {number} port */
  constructor(dir, port) {
    this.dir = dir;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`;
  }

  static async start() {
    const port = await freePort();
    const server = new Postgres(mkdtempSync(path.join(tmpdir(), 'offhook-postgres-')), port);
    try {
      if (process.getuid?.() === 0) await run('chown', ['postgres', server.dir]); // PostgreSQL refuses to run as root
      await server.#run('initdb', '--pgdata', server.#data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--no-locale', '--no-sync');
      const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
      await server.#run('pg_ctl', 'start', '--silent', '--wait', '-D', server.#data, `--log=${path.join(server.dir, 'log')}`, `--options=${options}`);
      return server;
    } catch (err) {
      await server.close();
      throw err;
    }
  }

  get #data() {
    return path.join(this.dir, 'data');
  }

  /** @param {string} program @param {...string} args */
  #run(program, ...args) {
    const file = path.join(programs(), program);
    return process.getuid?.() === 0 ? run('runuser', ['-u', 'postgres', '--', file, ...args], { cwd: this.dir }) : run(file, args);
  }

  async close() {
    if (existsSync(path.join(this.#data, 'postmaster.pid'))) await this.#run('pg_ctl', 'stop', '--silent', '--mode=immediate', '-D', this.#data);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
