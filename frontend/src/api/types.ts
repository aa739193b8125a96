// Names for the shapes that the server's OpenAPI document states.

import type { components, paths } from "../../made/schema";

type Shapes = components["schemas"];
type Opened = paths["/api/v1/groups/{group}"]["get"]["responses"][200]["content"]["application/json"];

export type Band = Shapes["Band"];
export type GroupRow = Shapes["GroupRow"];
// The client reads pairs and fours of numbers as lists of them.
export type FaceBox = Omit<Shapes["FaceBox"], "box"> & { box: number[] };
export type Made = Shapes["Made"];
export type Member = Omit<Shapes["Member"], "faces"> & { faces: FaceBox[] };
export type Group = Omit<Opened, "members"> & { members: Member[] };
export type Totals = Shapes["Totals"];
export type Marks = Shapes["Marks"];
export type Changed = Shapes["Changed"];
export type History = Shapes["History"];
export type Step = Shapes["Step"];
export type Sample = Shapes["Sample"];
export type Plan = Shapes["Plan"];
export type Job = Shapes["Job"];
export type NewJob = paths["/api/v1/jobs"]["post"]["requestBody"]["content"]["application/json"];
export type Run = Shapes["Run"];
export type PlanAction = Shapes["Action"];
export type Status = Shapes["Status"];
export type Server = Shapes["Server"];
export type Setting = Shapes["Setting"];
export type Settings = Shapes["Settings"];
export type FolderPair = Shapes["FolderPair"];
export type WeakDate = Shapes["WeakDate"];
export type Unreadable = Shapes["Unreadable"];
export type Person = Shapes["Person"];
export type Featured = Shapes["Featured"];
export type FeaturePlan = Shapes["FeaturePlan"];
export type SortStatus = Shapes["SortStatus"];
export type Said = Shapes["Said"];
export type Strip = Shapes["Strip"];
/** What the stream of events tells of the review. */
export interface Standing {
  readonly revision: number;
  readonly stale: boolean;
}
export type Problem = Shapes["Problem"];
