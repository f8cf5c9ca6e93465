import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

// PyTorch's own index of builds for CPUs: 200 MB, where PyPI's builds for Linux bring CUDA along.
export const CPU_INDEX = 'https://download.pytorch.org/whl/cpu';

export const NOTICE =
  "PyTorch's own index of CPU builds cannot be used; taking PyTorch from pip's default index, " +
  'which may download several GB on Linux.';

export const CUDA_NOTICE = 'There is an NVIDIA GPU: PyTorch is taken with CUDA, several GB.';

const DRIVER_SIGNS = ['/proc/driver/nvidia', '/dev/nvidia0', '/usr/lib/wsl/lib/nvidia-smi'];

/** Whether this Linux has an NVIDIA GPU, from what its driver leaves on the disk. */
export function hasNvidia(environment = process.env, exists = existsSync) {
  const onPath = (environment.PATH ?? '').split(path.delimiter).filter(Boolean);
  return [...DRIVER_SIGNS, ...onPath.map((folder) => path.join(folder, 'nvidia-smi'))].some(exists);
}

/** Other systems' builds on PyPI are for CPUs already, and a GPU wants the builds for CUDA. */
export const wantsCpuIndex = (platform, nvidia) => platform === 'linux' && !nvidia;

/** Whether an index answers soon. pip alone would take minutes to find out that it does not. */
export async function indexAnswers(index = CPU_INDEX, environment = process.env) {
  // This Node.js knows no proxies, pip does: let pip find out.
  if (environment.HTTPS_PROXY || environment.https_proxy || environment.PIP_PROXY) return true;
  try {
    const signal = AbortSignal.timeout(5_000);
    return (await fetch(`${index}/torch/`, { method: 'HEAD', signal })).ok;
  } catch {
    return false;
  }
}

/** The line of a requirements file that pins a package ("torch==2.13.0"). */
export function pinOf(name, file) {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  return lines.find((line) => line.startsWith(`${name}==`))?.trim();
}

/** Of these pins, those that the names in a site-packages folder do not show as installed. */
export function missingPins(pins, installed) {
  return pins.filter((pin) => {
    const start = pin.replace('==', '-');
    return !installed.some((name) => name === `${start}.dist-info` || name.startsWith(`${start}+`));
  });
}
