namespace Cosmi.Interop
{
    /// <summary>Where tokens of the managed identity come from.</summary>
    public enum CosmiIdentitySource
    {
        /// <summary>Found by looking at this machine's environment.</summary>
        Auto = 0,

        /// <summary>The instance metadata service of a virtual machine or scale set.</summary>
        Imds = 1,

        /// <summary>The endpoint of App Service, Functions, Container Apps and Automation.</summary>
        AppService = 2,

        /// <summary>The agent of an Azure Arc server.</summary>
        Arc = 3,

        /// <summary>The endpoint of a Service Fabric application.</summary>
        ServiceFabric = 4,

        /// <summary>The older endpoint with a secret: Azure Machine Learning, older Automation hybrid workers.</summary>
        MachineLearning = 5,

        /// <summary>Cloud Shell, whose tokens are the user's own.</summary>
        CloudShell = 6,

        /// <summary>A federated token of Kubernetes or another issuer, exchanged at Microsoft Entra.</summary>
        WorkloadIdentity = 7,
    }
}
