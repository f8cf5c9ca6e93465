'use strict';
// Loaded before every script (`node -r`), in syntax that any Node.js can read, so that an old one
// says what is missing instead of stumbling over the scripts. The versions are those that the
// client's build tool, Vite, runs on; package.json's "engines" says the same.

function isSupported(version) {
  var parts = String(version).replace(/^v/, '').split('.').map(Number);
  var major = parts[0];
  var minor = parts[1];
  if (major === 20) return minor >= 19;
  if (major === 22) return minor >= 12;
  return major > 22;
}

function nodeSentence(version) {
  return (
    'Node.js 20.19 or newer is needed (of the 22 series 22.12 or newer), and this is ' +
    version +
    '; install a current one from https://nodejs.org and run this again.'
  );
}

module.exports = { isSupported: isSupported, nodeSentence: nodeSentence };

if (!isSupported(process.versions.node)) {
  console.error(nodeSentence(process.versions.node));
  process.exit(1);
}
