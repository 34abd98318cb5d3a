using System;
using System.Collections.Generic;

namespace Cosmi.PowerShell
{
    /// <summary>One of Azure's clouds, as far as a command line needs it.</summary>
    internal sealed class AzureCloud
    {
        private AzureCloud(string name, string title, string armAudience, string cosmosAudience, string loginEndpoint, string cosmosSuffix)
        {
            Name = name;
            Title = title;
            ArmAudience = armAudience;
            CosmosAudience = cosmosAudience;
            LoginEndpoint = loginEndpoint;
            CosmosSuffix = cosmosSuffix;
        }

        internal static IReadOnlyList<AzureCloud> All { get; } = new[]
        {
            new AzureCloud(
                "AzurePublicCloud",
                "Azure",
                "https://management.azure.com/",
                "https://cosmos.azure.com",
                "https://login.microsoftonline.com/",
                "documents.azure.com"),
            new AzureCloud(
                "AzureUSGovernmentCloud",
                "Azure US Government",
                "https://management.usgovcloudapi.net/",
                "https://cosmos.azure.us",
                "https://login.microsoftonline.us/",
                "documents.azure.us"),
            new AzureCloud(
                "AzureChinaCloud",
                "Azure China",
                "https://management.chinacloudapi.cn/",
                "https://cosmos.azure.cn",
                "https://login.chinacloudapi.cn/",
                "documents.azure.cn"),
        };

        internal string Name { get; }

        internal string Title { get; }

        /// <summary>What a token for Azure Resource Manager is for; also where its address is another, as in a dry run.</summary>
        internal string ArmAudience { get; }

        internal string CosmosAudience { get; }

        /// <summary>Where workload identities sign in.</summary>
        internal string LoginEndpoint { get; }

        /// <summary>What follows an account's name in the host of its endpoint.</summary>
        internal string CosmosSuffix { get; }

        /// <summary>The cloud the library found; one it knows and this list does not is taken for the public one.</summary>
        internal static AzureCloud Named(string name)
        {
            foreach (AzureCloud cloud in All)
            {
                if (string.Equals(cloud.Name, name, StringComparison.OrdinalIgnoreCase))
                {
                    return cloud;
                }
            }

            return All[0];
        }
    }
}
