/** The typed client of the wire: its types come from the contract alone. */
import type { ContractRouterClient, InferContractRouterOutputs } from '@orpc/contract';
import type { Contract } from '../../../shared/contract/contract.ts';

export type Client = ContractRouterClient<Contract>;
type Outputs = InferContractRouterOutputs<Contract>;

export type LabList = Outputs['labs']['list'];
export type FileEntry = Outputs['files']['list'][number];
export type ProgressSummary = Outputs['progress']['summary'];
export type AppInfo = Outputs['app']['info'];
export type SessionSummary = Outputs['sessions']['list'][number];
export type LabProgress = ProgressSummary['labs'][number];
export type Settings = Outputs['settings']['get'];
export type Measurement = Outputs['progress']['verdicts'][number]['measurements'][number];
export type ImageBuild = Outputs['engine']['buildImage'];
