import { doctor, renderDoctor } from '../../setup/doctor.ts';

/** `assay doctor`: exit code 3 when something that a run needs is missing. */
export async function doctorCommand(options: { json?: boolean }): Promise<number> {
  const report = await doctor();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderDoctor(report));
  return report.checks.some((check) => check.status === 'fail') ? 3 : 0;
}
