ALTER TABLE "billing"."payment_methods" ADD COLUMN "refusals_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "billing"."payout_accounts" ADD COLUMN "refusals_count" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "billing"."payment_methods" SET "refusals_count" = 1 WHERE "is_refused";
