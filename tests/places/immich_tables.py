"""The tables of Immich's database that people and faces lie in, as its servers of four generations have them."""

from typing import Final

#: The first server of each generation; the newest that was run is 3.1.
GENERATIONS: Final = ("1.135", "1.136", "2.5", "3.2")

_KINDS = """
CREATE TYPE assets_status_enum AS ENUM ('active', 'trashed', 'deleted');
CREATE TYPE asset_visibility_enum AS ENUM ('archive', 'timeline', 'hidden', 'locked');
CREATE TYPE sourcetype AS ENUM ('machine-learning', 'exif', 'manual');
"""

_TABLES = """
CREATE TABLE {asset} (
    id uuid PRIMARY KEY,
    "ownerId" uuid NOT NULL,
    type character varying NOT NULL,
    "originalPath" character varying NOT NULL,
    "originalFileName" character varying NOT NULL,
    "fileCreatedAt" timestamp with time zone NOT NULL,
    "localDateTime" timestamp with time zone NOT NULL,
    "isFavorite" boolean NOT NULL DEFAULT false,
    "isOffline" boolean NOT NULL DEFAULT false,
    "isExternal" boolean NOT NULL DEFAULT false,
    "livePhotoVideoId" uuid,
    checksum bytea NOT NULL,
    "libraryId" uuid,
    "deletedAt" timestamp with time zone,
    status assets_status_enum NOT NULL DEFAULT 'active',
    visibility asset_visibility_enum NOT NULL DEFAULT 'timeline',
    "duplicateId" uuid,
    "stackId" uuid
);
CREATE INDEX ON {asset} (checksum);
CREATE INDEX ON {asset} ("originalFileName");
CREATE TABLE {exif} (
    "assetId" uuid PRIMARY KEY REFERENCES {asset} ON DELETE CASCADE,
    make character varying,
    model character varying,
    "exifImageWidth" integer,
    "exifImageHeight" integer,
    "fileSizeInByte" bigint,
    orientation character varying,
    "dateTimeOriginal" timestamp with time zone
);
CREATE TABLE {face} (
    id uuid PRIMARY KEY,
    "assetId" uuid NOT NULL REFERENCES {asset} ON DELETE CASCADE,
    "personId" uuid,
    "imageWidth" integer NOT NULL DEFAULT 0,
    "imageHeight" integer NOT NULL DEFAULT 0,
    "boundingBoxX1" integer NOT NULL DEFAULT 0,
    "boundingBoxY1" integer NOT NULL DEFAULT 0,
    "boundingBoxX2" integer NOT NULL DEFAULT 0,
    "boundingBoxY2" integer NOT NULL DEFAULT 0,
    "sourceType" sourcetype NOT NULL DEFAULT 'machine-learning',
    "deletedAt" timestamp with time zone
);
CREATE INDEX ON {face} ("assetId", "personId");
CREATE INDEX ON {face} ("personId", "assetId");
CREATE TABLE person (
    id uuid PRIMARY KEY,
    "ownerId" uuid NOT NULL,
    name character varying NOT NULL DEFAULT '',
    "thumbnailPath" character varying NOT NULL DEFAULT '',
    "isHidden" boolean NOT NULL DEFAULT false,
    "isFavorite" boolean NOT NULL DEFAULT false,
    "birthDate" date,
    "faceAssetId" uuid REFERENCES {face} ON DELETE SET NULL,
    color character varying
);
CREATE TABLE version_history (id uuid PRIMARY KEY, "createdAt" timestamp with time zone, version character varying);
"""

_SINCE = {
    "2.5": """
ALTER TABLE asset_face ADD COLUMN "isVisible" boolean NOT NULL DEFAULT true;
ALTER TABLE asset ADD COLUMN width integer, ADD COLUMN height integer, ADD COLUMN "isEdited" boolean NOT NULL DEFAULT false;
CREATE TYPE asset_checksum_algorithm_enum AS ENUM ('sha1', 'sha1-path');
ALTER TABLE asset ADD COLUMN "checksumAlgorithm" asset_checksum_algorithm_enum NOT NULL DEFAULT 'sha1';
""",
    # Not seen on a server: what the authors of two tools that read it had to change.
    "3.2": """
CREATE TABLE cluster_group (id uuid PRIMARY KEY);
CREATE TABLE person_group (id uuid PRIMARY KEY, "clusterGroupId" uuid);
ALTER TABLE asset_face RENAME COLUMN "personId" TO "personGroupId";
ALTER TABLE person RENAME COLUMN id TO "personGroupId";
ALTER TABLE person DROP CONSTRAINT person_pkey;
ALTER TABLE person ADD PRIMARY KEY ("ownerId", "personGroupId");
""",
}


def tables(generation: str) -> str:
    """All statements that make the tables of a generation."""
    old = generation == "1.135"
    names = ("assets", "exif", "asset_faces") if old else ("asset", "asset_exif", "asset_face")
    made = _KINDS + _TABLES.format(asset=names[0], exif=names[1], face=names[2])
    later = [since for since in _SINCE if GENERATIONS.index(since) <= GENERATIONS.index(generation)]
    return made + "".join(_SINCE[since] for since in later)
