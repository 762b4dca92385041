CREATE TABLE "billing"."bonus_proposals" (
	"id" uuid PRIMARY KEY NOT NULL,
	"worker_id" uuid NOT NULL,
	"amount_cents" bigint NOT NULL,
	"reason" text NOT NULL,
	"proposed_by_id" text NOT NULL,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"decision" text,
	"decided_by_id" text,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "bonus_proposals_amount" CHECK ("billing"."bonus_proposals"."amount_cents" > 0),
	CONSTRAINT "bonus_proposals_two" CHECK ("billing"."bonus_proposals"."decision" is distinct from 'given' or "billing"."bonus_proposals"."decided_by_id" <> "billing"."bonus_proposals"."proposed_by_id")
);
--> statement-breakpoint
CREATE TABLE "billing"."discrepancies" (
	"key" text PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"day" text NOT NULL,
	"kind" text NOT NULL,
	"our_state" text,
	"our_cents" bigint,
	"their_status" text,
	"their_cents" bigint,
	"found_at" timestamp (3) with time zone NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by_id" text,
	"resolution" text
);
--> statement-breakpoint
CREATE TABLE "billing"."pauses" (
	"invoice_id" uuid PRIMARY KEY NOT NULL,
	"client_id" uuid NOT NULL,
	"paused_at" timestamp (3) with time zone NOT NULL,
	"decision" text,
	"decided_by_id" text,
	"reason" text,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "pauses_decided" CHECK (("billing"."pauses"."decided_at" is null) = ("billing"."pauses"."decision" is null))
);
--> statement-breakpoint
CREATE TABLE "billing"."payout_changes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"worker_id" uuid NOT NULL,
	"name" text NOT NULL,
	"account" text NOT NULL,
	"token_hash" text,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"confirmed_at" timestamp (3) with time zone,
	"replaced_at" timestamp (3) with time zone,
	CONSTRAINT "payout_changes_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "billing"."reconciliations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"day" text NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	"matched_count" integer DEFAULT 0 NOT NULL,
	"matched_cents" bigint DEFAULT 0 NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "billing"."attempts" ADD COLUMN "is_by_person" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "billing"."attempts" ADD COLUMN "matched_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "bonus_proposals_open" ON "billing"."bonus_proposals" USING btree ("proposed_at") WHERE "billing"."bonus_proposals"."decided_at" is null;--> statement-breakpoint
CREATE INDEX "discrepancies_open" ON "billing"."discrepancies" USING btree ("found_at") WHERE "billing"."discrepancies"."resolved_at" is null;--> statement-breakpoint
CREATE INDEX "discrepancies_day" ON "billing"."discrepancies" USING btree ("purpose","day");--> statement-breakpoint
CREATE INDEX "pauses_open" ON "billing"."pauses" USING btree ("client_id") WHERE "billing"."pauses"."decided_at" is null;--> statement-breakpoint
CREATE INDEX "pauses_paused_at" ON "billing"."pauses" USING btree ("paused_at");--> statement-breakpoint
CREATE INDEX "payout_changes_worker" ON "billing"."payout_changes" USING btree ("worker_id","requested_at");--> statement-breakpoint
CREATE UNIQUE INDEX "reconciliations_day" ON "billing"."reconciliations" USING btree ("purpose","day");--> statement-breakpoint
CREATE INDEX "reconciliations_to" ON "billing"."reconciliations" USING btree ("to_at");--> statement-breakpoint
CREATE INDEX "attempts_created" ON "billing"."attempts" USING btree ("purpose","created_at");