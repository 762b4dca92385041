CREATE SCHEMA "kernel";
--> statement-breakpoint
CREATE TABLE "kernel"."audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"verb" text NOT NULL,
	"subject" text NOT NULL,
	"subject_id" text NOT NULL,
	"why" text,
	"data" jsonb
);
--> statement-breakpoint
CREATE TABLE "kernel"."files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"upload_id" text NOT NULL,
	"owner_id" text NOT NULL,
	"kind" text NOT NULL,
	"sha256" text NOT NULL,
	"width_px" integer NOT NULL,
	"height_px" integer NOT NULL,
	"size_bytes" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "files_upload_id_unique" UNIQUE("upload_id")
);
--> statement-breakpoint
CREATE TABLE "kernel"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"data" jsonb NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kernel"."settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kernel"."webhook_inbox" (
	"partner" text NOT NULL,
	"delivery_id" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_inbox_partner_delivery_id_pk" PRIMARY KEY("partner","delivery_id")
);
--> statement-breakpoint
CREATE INDEX "audit_subject" ON "kernel"."audit" USING btree ("subject","subject_id","at");--> statement-breakpoint
CREATE INDEX "audit_at" ON "kernel"."audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "files_owner" ON "kernel"."files" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "kernel"."outbox" USING btree ("next_try_at","id") WHERE "kernel"."outbox"."sent_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_sent_at" ON "kernel"."outbox" USING btree ("sent_at") WHERE "kernel"."outbox"."sent_at" is not null;--> statement-breakpoint
CREATE INDEX "webhook_inbox_received_at" ON "kernel"."webhook_inbox" USING btree ("received_at");