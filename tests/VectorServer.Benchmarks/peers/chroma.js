// The Chroma server: chroma.js DIRECTORY PORT
'use strict';
const [, , files, port] = process.argv;
require('chromadb-js-bindings-linux-x64-gnu').cli(['chroma', 'run', '--path', files, '--port', port]);
