BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiEnvironment' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiEnvironment | Should -Be @(
            '-Client [Client] All'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'tells where this machine is' {
        $environment = Get-CosmiEnvironment
        $environment.PSObject.TypeNames[0] | Should -Be 'Cosmi.Environment'
        $environment.IdentitySource | Should -Be 'Imds'
        $environment.Reason | Should -Not -BeNullOrEmpty
        $environment.SubscriptionId | Should -Be $simulator.subscriptionId
        $environment.ResourceGroupName | Should -Be 'rg'
        $environment.MachineName | Should -Be 'myvm'
        $environment.MachineResourceId | Should -BeLike '/subscriptions/*/virtualMachines/myvm'
        $environment.Location | Should -Be 'westeurope'
        $environment.Cloud | Should -Be 'AzurePublicCloud'
        $environment.ArmEndpoint | Should -Be $simulator.arm
        $environment.Metadata.azEnvironment | Should -Be 'AzurePublicCloud'
    }

    It 'tells who this is, as the token says' {
        $environment = Get-CosmiEnvironment
        $environment.ClientId | Should -Be '33333333-0000-0000-0000-000000000001'
        $environment.ObjectId | Should -Be '33333333-0000-0000-0000-000000000002'
        $environment.TenantId | Should -Be '99999999-8888-7777-6666-555555555555'
        $environment.Claims.aud | Should -Be 'https://management.azure.com/'
        $environment.Claims.xms_mirid | Should -BeLike '*/virtualMachines/myvm'
    }

    It 'tells the rest where there is no token' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds'; path = '/token' } -Action @{ status = 400; body = '{"error":"invalid_request"}' } -Times 0
        $environment = Get-CosmiEnvironment
        $environment.MachineName | Should -Be 'myvm'
        $environment.ObjectId | Should -BeNullOrEmpty
        $environment.Claims | Should -BeNullOrEmpty
        $environment | Out-String | Should -Not -BeLike '*ObjectId*'
    }

    It 'names the variables that are set, and says why the source was chosen' {
        $environment = Get-CosmiEnvironment
        @($environment.VariablesSeen) | Should -Be @('AZURE_POD_IDENTITY_AUTHORITY_HOST', 'COSMI_ARM_ENDPOINT', 'COSMI_CA_FILE')
        $environment.Reason | Should -BeLike '*because AZURE_POD_IDENTITY_AUTHORITY_HOST is set'
        (Get-CosmiEnvironment -Client (Connect-CosmiAccount -IdentitySource Imds)).Reason | Should -BeLike '*asked for*'
    }

    It 'has a view without empty lines, whose lines end between words' {
        $text = Get-CosmiEnvironment | Out-String -Width 80
        $lines = $text.Trim() -split "`r?`n"
        $lines[0] | Should -Be 'IdentitySource    : Imds'
        $lines | Should -Contain 'ObjectId          : 33333333-0000-0000-0000-000000000002'
        $lines -match ':\s*$' | Should -BeNullOrEmpty
        foreach ($word in 'AZURE_POD_IDENTITY_AUTHORITY_HOST', 'COSMI_CA_FILE') {
            @($lines -match "\b$word\b").Count | Should -BeGreaterThan 0 -Because $word
        }
        $text | Should -Not -BeLike '*ScaleSetName*'
    }

    It 'names the scale set of an instance' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds'; path = '/instance' } -Action @{ status = 200; body = '{"name":"set_3","vmScaleSetName":"set"}' }
        $environment = Get-CosmiEnvironment
        $environment.MachineName | Should -Be 'set_3'
        $environment.ScaleSetName | Should -Be 'set'
        $environment | Out-String | Should -BeLike '*ScaleSetName *: set*'
    }

    It 'ends with an error where the metadata service does not answer' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action @{ hang = $true } -Times 0
        $failure = Invoke-Failing { Get-CosmiEnvironment -TimeoutSec 1 }
        $failure.Id | Should -Be 'Cosmi.TimedOut'
        $failure.Category | Should -Be 'OperationTimeout'
    }
}
