using System;
using System.Collections.Generic;

namespace Cosmi.PowerShell
{
    /// <summary>One of Azure's clouds, as far as a command line needs it.</summary>
    internal sealed class AzureCloud
    {
        private AzureCloud(string name, string title, string armAudience, string cosmosAudience)
        {
            Name = name;
            Title = title;
            ArmAudience = armAudience;
            CosmosAudience = cosmosAudience;
        }

        internal static IReadOnlyList<AzureCloud> All { get; } = new[]
        {
            new AzureCloud("AzurePublicCloud", "Azure", "https://management.azure.com/", "https://cosmos.azure.com"),
            new AzureCloud("AzureUSGovernmentCloud", "Azure US Government", "https://management.usgovcloudapi.net/", "https://cosmos.azure.us"),
            new AzureCloud("AzureChinaCloud", "Azure China", "https://management.chinacloudapi.cn/", "https://cosmos.azure.cn"),
        };

        internal string Name { get; }

        internal string Title { get; }

        /// <summary>What a token for Azure Resource Manager is for; also where its address is another, as in a dry run.</summary>
        internal string ArmAudience { get; }

        internal string CosmosAudience { get; }

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
