using VectorServer.Api.Errors;

namespace VectorServer.Api.Validation;

/// <summary>The cloud regions an index may name. They change nothing here, but an unknown one is refused as clients expect.</summary>
internal static class CloudRegions
{
    private static readonly Dictionary<string, HashSet<string>> Regions = new()
    {
        ["aws"] =
        [
            "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-west-1", "eu-west-2", "eu-west-3",
            "eu-central-1", "eu-north-1", "eu-south-1", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "ap-northeast-2", "ap-south-1",
        ],
        ["gcp"] =
        [
            "us-central1", "us-east1", "us-east4", "us-west1", "us-west2", "us-west4", "northamerica-northeast1", "southamerica-east1",
            "europe-west1", "europe-west2", "europe-west3", "europe-west4", "europe-north1", "asia-east1", "asia-northeast1",
            "asia-south1", "asia-southeast1", "australia-southeast1",
        ],
        ["azure"] =
        [
            "eastus", "eastus2", "centralus", "southcentralus", "westus", "westus2", "westus3", "canadacentral", "brazilsouth",
            "northeurope", "westeurope", "uksouth", "francecentral", "germanywestcentral", "swedencentral", "southeastasia",
            "japaneast", "koreacentral", "centralindia", "australiaeast",
        ],
    };

    /// <exception cref="WireException">404, as the service answers.</exception>
    public static void Check(string cloud, string region)
    {
        if (!Regions.TryGetValue(cloud, out var known) || !known.Contains(region))
            throw new WireException(WireError.NotFound, $"Resource cloud: {cloud} region: {region} not found.");
    }
}
