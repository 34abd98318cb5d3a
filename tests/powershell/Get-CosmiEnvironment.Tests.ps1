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

    It 'tells it in an App Service, too' {
        $output = Invoke-Child -Environment @{
            IDENTITY_ENDPOINT = $simulator.appService.endpoint
            IDENTITY_HEADER   = $simulator.appService.header
        } -Script @"
Import-Module -Name '$env:COSMI_MODULE'
(Get-CosmiEnvironment).IdentitySource
(Get-CosmiToken -Resource https://management.azure.com/).IdentitySource
"@
        $output.Trim() -split "`r?`n" | Should -Be @('AppService', 'AppService')
    }

    It 'ends with an error where the metadata service does not answer' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'imds' } -Action @{ hang = $true } -Times 0
        $failure = Invoke-Failing { Get-CosmiEnvironment -TimeoutSec 1 }
        $failure.Id | Should -Be 'Cosmi.TimedOut'
        $failure.Category | Should -Be 'OperationTimeout'
    }
}
