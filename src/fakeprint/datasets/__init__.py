"""Importers: each reads one public data set or container into samples."""

from fakeprint.core.registry import Registry
from fakeprint.datasets.importer import Importer

DATASETS: Registry[type[Importer]] = Registry(
    "datasets",
    {
        "table": "fakeprint.datasets.labelled_table:LabelledTable",
        "folders": "fakeprint.datasets.label_folders:LabelFolders",
        "huggingface": "fakeprint.datasets.hugging_face:HuggingFace",
        "dflip-v1": "fakeprint.datasets.dflip3k_v1:Dflip3kV1",
        "dflip-v1-qa": "fakeprint.datasets.dflip3k_qa:Dflip3kQuestions",
        "dflip-v1-list": "fakeprint.datasets.dflip3k_lists:Dflip3kList",
        "dflip-v2": "fakeprint.datasets.dflip3k_v2:Dflip3kV2",
        "dflip-v2-tables": "fakeprint.datasets.dflip3k_tables:Dflip3kTables",
        "dflip-gallery": "fakeprint.datasets.gallery_markdown:GalleryMarkdown",
        "dflip-v2-sidecars": "fakeprint.datasets.dflip3k_sidecars:Dflip3kSidecars",
        "dflip-v2-llava": "fakeprint.datasets.dflip3k_llava:Dflip3kConversations",
        "dflip-v2-draft": "fakeprint.datasets.dflip3k_draft:Dflip3kDraft",
        "d3": "fakeprint.datasets.d3:ElsaD3",
        "d3-download": "fakeprint.datasets.d3_download:D3Download",
        "d3-shards": "fakeprint.datasets.d3_shards:D3Shards",
        "d3-test": "fakeprint.datasets.d3_test:D3Test",
        "deepfakeface": "fakeprint.datasets.deepfakeface:DeepFakeFace",
        "imdb-wiki": "fakeprint.datasets.imdb_wiki:ImdbWiki",
        "faceforensics": "fakeprint.datasets.faceforensics:FaceForensics",
        "celebdf": "fakeprint.datasets.celebdf:CelebDF",
        "dfdc": "fakeprint.datasets.dfdc:Dfdc",
        "wilddeepfake": "fakeprint.datasets.wilddeepfake:WildDeepfake",
        "deeperforensics": "fakeprint.datasets.deeperforensics:DeeperForensics",
        "genimage": "fakeprint.datasets.genimage:GenImage",
        "deepfakebench": "fakeprint.datasets.deepfakebench:DeepfakeBench",
        "opensdi": "fakeprint.datasets.hugging_face:OpenSdi",
    },
)
