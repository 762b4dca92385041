CREATE TABLE "matching"."alarms" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"measured" integer NOT NULL,
	"raised_at" timestamp (3) with time zone NOT NULL,
	"cleared_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "matching"."pipeline_drafts" (
	"id" integer PRIMARY KEY NOT NULL,
	"spec" jsonb NOT NULL,
	"based_on_version" integer NOT NULL,
	"revision" integer NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"changed_by" text NOT NULL,
	CONSTRAINT "pipeline_drafts_one" CHECK ("matching"."pipeline_drafts"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "matching"."pipeline_versions" (
	"version" integer PRIMARY KEY NOT NULL,
	"spec" jsonb NOT NULL,
	"note" text NOT NULL,
	"restored_from" integer,
	"published_at" timestamp (3) with time zone NOT NULL,
	"published_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "matching"."replay_matches" (
	"replay_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"order_id" uuid NOT NULL,
	"worker_id" uuid NOT NULL,
	"was_worker_id" uuid NOT NULL,
	"cost_cents" bigint NOT NULL,
	"was_cost_cents" bigint NOT NULL,
	"risk" jsonb NOT NULL,
	"skill" jsonb NOT NULL,
	"trace" jsonb NOT NULL,
	CONSTRAINT "replay_matches_replay_id_position_pk" PRIMARY KEY("replay_id","position")
);
--> statement-breakpoint
CREATE TABLE "matching"."replays" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_key" text NOT NULL,
	"spec" jsonb NOT NULL,
	"based_on_version" integer NOT NULL,
	"period_from" timestamp (3) with time zone NOT NULL,
	"period_to" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"total_count" integer NOT NULL,
	"done_count" integer NOT NULL,
	"figures" jsonb,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"requested_by" text NOT NULL,
	"progressed_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone,
	CONSTRAINT "replays_request_key_unique" UNIQUE("request_key")
);
--> statement-breakpoint
CREATE TABLE "matching"."sample_changes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"worker_id" uuid NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"characteristics" jsonb NOT NULL,
	"active" boolean NOT NULL
);
--> statement-breakpoint
ALTER TABLE "matching"."engagements" ADD COLUMN "client_id" uuid;--> statement-breakpoint
ALTER TABLE "matching"."engagements" ADD COLUMN "taken_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "matching"."engagements" ADD COLUMN "changed_in" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "matching"."match_results" ADD COLUMN "asked" jsonb;--> statement-breakpoint
ALTER TABLE "matching"."samples" ADD COLUMN "trained_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "matching"."samples" ADD COLUMN "changed_in" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "matching"."replay_matches" ADD CONSTRAINT "replay_matches_replay_id_replays_id_fk" FOREIGN KEY ("replay_id") REFERENCES "matching"."replays"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alarms_open" ON "matching"."alarms" USING btree ("kind","subject") WHERE "matching"."alarms"."cleared_at" is null;--> statement-breakpoint
CREATE INDEX "alarms_raised_at" ON "matching"."alarms" USING btree ("raised_at");--> statement-breakpoint
CREATE UNIQUE INDEX "replay_matches_order" ON "matching"."replay_matches" USING btree ("replay_id","order_id");--> statement-breakpoint
CREATE INDEX "replays_requested_at" ON "matching"."replays" USING btree ("requested_at");--> statement-breakpoint
CREATE INDEX "sample_changes_worker" ON "matching"."sample_changes" USING btree ("worker_id","changed_at");--> statement-breakpoint
CREATE INDEX "engagements_changed_in" ON "matching"."engagements" USING btree ("changed_in");--> statement-breakpoint
CREATE INDEX "engagements_client" ON "matching"."engagements" USING btree ("client_id","worker_id") WHERE "matching"."engagements"."outcome" is not null;--> statement-breakpoint
CREATE INDEX "match_results_matched_at" ON "matching"."match_results" USING btree ("matched_at","id");--> statement-breakpoint
CREATE INDEX "samples_changed_in" ON "matching"."samples" USING btree ("changed_in");--> statement-breakpoint
-- The pipeline that was built in until now is version 1.
INSERT INTO "matching"."pipeline_versions" ("version", "spec", "note", "published_at", "published_by") VALUES (1, '{"steps":[
	{"key":"not_excluded","type":"not_excluded","enabled":true,"weight":0,"params":{}},
	{"key":"available","type":"available","enabled":true,"weight":0,"params":{}},
	{"key":"skill","type":"skill","enabled":true,"weight":2,"params":{}},
	{"key":"fair_load","type":"fair_load","enabled":true,"weight":1,"params":{"windowDays":30}},
	{"key":"combine","type":"combine_mean","enabled":true,"weight":0,"params":{}},
	{"key":"pick","type":"pick_best","enabled":true,"weight":0,"params":{"explorePercent":0,"exploreAmong":10}},
	{"key":"price","type":"constant_price","enabled":true,"weight":0,"params":{"amountCents":10000}}]}', '', now(), 'system');
